"""The deployed site while its parts are killed, hung, away or slow. What was acknowledged stays,
once; everybody is told, once; and it heals by itself.

The suite runs the short forms, with the other tests of the deployment. `python -m tests.faults`
runs the long ones and prints what was measured.
"""
