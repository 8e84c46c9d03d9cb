"""The program on the device: it sees pictures, answers, and sends home the ones worth a look.

    camera → preprocess → classifier ─┬→ answer
                                      └→ sampling → spool → uploader → uplink (the bucket)
    bucket: desired → models (fetch, check, flip, confirm, go back)

Start with :mod:`edge.pipeline`; :mod:`edge.__main__` puts it together. It never imports ``desktop``.
"""
