"""The ports of :mod:`desktop.core.ports` without a cloud.

    store       FolderStore: a directory as a bucket, over edge.folder, which the device uses too
    trainer     ProcessTrainer: a detached child process that trains on this computer
    fleet       BucketFleet: devices that read what they should run from the bucket and say there what they do run
    thumbnails  small pictures for the window

Complete, not a stand-in: the whole circle runs on them.
"""
