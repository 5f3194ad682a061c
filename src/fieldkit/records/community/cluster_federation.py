"""Cluster level federations."""

from fieldkit.records.community.common import Federation


class ClusterFederation(Federation, table=True):
    """A cluster level federation (CLF) of village organisations."""
