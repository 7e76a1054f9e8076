using System.Text.Json.Serialization;

namespace ProdReady.BackupWorker.Operations;

/// <summary>What takes long and is watched by its id. A process does one of each kind at a time.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OperationKind>))]
internal enum OperationKind
{
    /// <summary>Every copy of a backup is read as a whole.</summary>
    [JsonStringEnumMemberName("verify")]
    Verify,

    /// <summary>A backup is restored into a throwaway database.</summary>
    [JsonStringEnumMemberName("drill")]
    Drill,

    /// <summary>A backup is restored.</summary>
    [JsonStringEnumMemberName("restore")]
    Restore,
}
