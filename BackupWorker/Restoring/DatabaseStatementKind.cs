namespace ProdReady.BackupWorker.Restoring;

/// <summary>What a statement about a database is about, in the order in which a restored one gets it.</summary>
internal enum DatabaseStatementKind
{
    /// <summary>A setting that what is restored may rely on.</summary>
    Setting,

    /// <summary>Who may connect to it: before there is anything to read.</summary>
    Access,

    /// <summary>A comment, in whose place the mark of an unfinished restore stands until then.</summary>
    Comment,

    /// <summary>A setting that would hinder the restore.</summary>
    HinderingSetting,

    /// <summary>The limit of connections, of which a restore needs several, a label, or that it is a template.</summary>
    Other,

    /// <summary>The owner: last, for only he may do the rest.</summary>
    Owner,
}
