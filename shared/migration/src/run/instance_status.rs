//! What DMS says of a replication instance: its words, and which of them pass by themselves.

plan::words! {
    /// What DMS says of a replication instance, as far as it makes a difference; only `available` can work.
    pub enum InstanceStatus {
        /// It can work.
        Available = "available",
        /// Its disk is full, and its tasks are stopped.
        StorageFull = "storage-full",
        /// It failed.
        Failed = "failed",
        /// Its credentials do not fit.
        IncompatibleCredentials = "incompatible-credentials",
        /// Its network does not fit.
        IncompatibleNetwork = "incompatible-network",
        /// It is being created.
        Creating = "creating",
        /// It is being changed.
        Modifying = "modifying",
        /// Its version is being raised.
        Upgrading = "upgrading",
        /// It is restarting.
        Rebooting = "rebooting",
        /// AWS works on it.
        Maintenance = "maintenance",
        /// Its credentials are being set anew.
        ResettingMasterCredentials = "resetting-master-credentials",
    }
}

impl InstanceStatus {
    /// True when it is expected to be available again by itself.
    pub fn is_changing(&self) -> bool {
        matches!(
            self,
            InstanceStatus::Creating
                | InstanceStatus::Modifying
                | InstanceStatus::Upgrading
                | InstanceStatus::Rebooting
                | InstanceStatus::Maintenance
                | InstanceStatus::ResettingMasterCredentials
        )
    }
}

impl Default for InstanceStatus {
    /// DMS has said nothing.
    fn default() -> Self {
        InstanceStatus::Other(String::new())
    }
}
