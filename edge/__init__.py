"""The program on the device: it sees pictures, answers, and sends home the ones worth a look.

    camera → preprocess → classifier ─┬→ answer
                                      └→ sampling → spool → uploader → uplink (the bucket)
    bucket: desired → fetching → check → models (in use, on trial, confirmed or back) → reporting

Start with :mod:`edge.pipeline`; :mod:`edge.__main__` puts it together, :mod:`edge.program` runs it. It never imports ``desktop``.
"""
