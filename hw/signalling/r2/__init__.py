"""MFC/R2: line signalling on CAS bits (ITU-T Q.421 to Q.424), register signalling by multi-frequency codes (Q.440 to
Q.490).
"""
