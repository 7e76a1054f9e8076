using System.Text.Json.Serialization;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>How a restore ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RestoreVerdict>))]
internal enum RestoreVerdict
{
    /// <summary>The new database holds every row that the backup's snapshot held.</summary>
    [JsonStringEnumMemberName("restored")]
    Restored,

    /// <summary>No such backup.</summary>
    [JsonStringEnumMemberName("notFound")]
    NotFound,

    /// <summary>The archive is not the one that was written. Nothing was created.</summary>
    [JsonStringEnumMemberName("corrupt")]
    Corrupt,

    /// <summary>No copy could be read to its end, which says nothing of what it holds. Nothing was created, or it is gone again.</summary>
    [JsonStringEnumMemberName("unreadable")]
    Unreadable,

    /// <summary>The database to create exists, and was not touched.</summary>
    [JsonStringEnumMemberName("targetExists")]
    TargetExists,

    /// <summary>pg_restore or the server refused; the new database is gone again unless the message says otherwise.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Restored, but the row counts differ from the manifest's; the new database is left for inspection.</summary>
    [JsonStringEnumMemberName("rowsDiffer")]
    RowsDiffer,

    /// <summary>Restored, but the rows could not be counted; the new database is left.</summary>
    [JsonStringEnumMemberName("notCompared")]
    NotCompared,

    /// <summary>Restored with all rows, but the databases could not be renamed; the message says what is called how now.</summary>
    [JsonStringEnumMemberName("notSwapped")]
    NotSwapped,

    /// <summary>The server is restored to a point in time, but not as far as its log in storage reaches: a part of that cannot be read.</summary>
    [JsonStringEnumMemberName("logMissing")]
    LogMissing,
}
