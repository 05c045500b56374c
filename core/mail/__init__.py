"""Mail that goes out: an outbox on the disk, and whoever empties it by SMTP.

    outbox      what was put in is safe, tried again until it is sent or hopeless, and its errors are seen
    smtp        one mail to one server; blocks

The room knows nothing of what is in a mail.
"""
