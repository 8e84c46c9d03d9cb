"""The application without screen, cloud or threads: standard library, numpy, tomlkit and ``edge.contract``.

bucket ──sync──▶ catalog ──▶ sorting ──▶ journal ──delivery──▶ bucket
   └──▶ dataset ──▶ training ──▶ registry ──▶ gate ──▶ release ──▶ fleet

the world       ports · errors · progress · texts · words · settings
the bucket      sync · catalog · images · pictures · importing · taxonomy · shelf · database
decisions       journal · delivery · history
sorting         sorting · pages · bursts · filters · desk · ledger · marks · pace
training        retraining · dataset · training · run_folder · registry
the gate        measurement · evaluation · comparison · gate · ruling · verdict · reasons · intervals
the fleet       release
"""
