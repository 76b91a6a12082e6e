"""Policies in which one figure is still to be confirmed."""

from dataclasses import replace

from xinheng.core.policy import Policy


def unconfirmed(policy: Policy, key: str) -> Policy:
    """The policy without any line for the figure ``key``."""
    return replace(policy, parameters={**policy.parameters, key: replace(policy.parameters[key], layers=())})
