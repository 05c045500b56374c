"""The exchange: who is connected to whom, and may they.

    device      a telephone of ours or a trunk line (station.py, trunk.py), or a service that takes calls (service.py)
    leg         one device's half of one call: CSTA's connection (leg.py)
    call        legs that belong together, in a nursery of its own (call.py)
    destination whatever takes a call: a station, a hunt group, a route, a conference (destinations/)

    line ──telling──> device ──> leg ──> call ──> destination ──> other device ──> line
                                  └──note──> journal

What a call goes through stands in dialling.py (digits), routing.py (where to, and may he), destinations/ (how), and
transfer.py, flash.py and services/ (what becomes of it afterwards).
"""
