//! What DMS does with the tables of the target before it loads them.

crate::words! {
    /// `TargetTablePrepMode` (DMS user guide, full-load task settings).
    pub enum PrepMode {
        /// Keeps the rows and tables that are in the target.
        DoNothing = "DO_NOTHING",
        /// Drops the tables and creates them anew; DMS's own default.
        DropAndCreate = "DROP_AND_CREATE",
        /// Empties the tables.
        TruncateBeforeLoad = "TRUNCATE_BEFORE_LOAD",
    }
}
