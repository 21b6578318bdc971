"""Telling people: what is new becomes a digest for each recipient, and is sent until it is taken.

people      who is in which department, and whose manager is whom
digest      notices -> digests, one for each recipient
text        a digest as a title and a body, in English or Chinese; nothing in it is obeyed
schedule    when digests are made, and when nobody is to be disturbed
senders     a channel -> what sends to it; posting (JSON over HTTP) and services (Apprise)
outgoing    the store's outbox: fill it, send what is in it
"""
