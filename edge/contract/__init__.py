"""The words that the device and the desktop share.

The device owns them: deployed devices are the slow side, so the desktop imports these modules and follows.

    classes    the default classes, what a class id may look like
    keys       the bucket: prefixes, one function a kind of object, what no key may be
    names      a field image's name, taken apart and put together; its side and slot
    metadata   what an image carries with it, in 2 KB of ASCII
    bundle     a model: manifest, files by digest, the model's id
    fleet      what a device should run, what it says it runs, its statistics
    messages   topics, questions and answers
    records    frozen dataclasses ↔ JSON, each with its schema number

Standard library only.
"""
