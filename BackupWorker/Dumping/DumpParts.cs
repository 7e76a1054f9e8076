using System.Globalization;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Storage;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.BackupWorker.Dumping;

/// <summary>The files that a backup consists of.</summary>
internal static class DumpParts
{
    /// <summary>Rather a failed run, which is tried again, than one that waits for a lock behind somebody who waits for it.</summary>
    private const string LockWait = "--lock-wait-timeout=120s";

    /// <summary>Lists them in the order in which a restore needs them.</summary>
    /// <param name="name">The backup's name.</param>
    /// <param name="extension">What its archives' names end with, such as <c>.zst</c>.</param>
    /// <param name="binaries">The programs.</param>
    /// <param name="snapshot">The snapshot that all of them read.</param>
    /// <param name="data">Who reads which rows.</param>
    /// <param name="globals">pg_dumpall's arguments.</param>
    public static IReadOnlyList<DumpPart> Of(
        BackupName name, string extension, PostgresBinaries binaries, DumpSnapshot snapshot, DataPlan data, IReadOnlyList<string> globals)
    {
        string[] common = ["--format=custom", "--compress=0", "--no-password", $"--snapshot={snapshot.Id}", LockWait];
        var dump = binaries[PostgresPrograms.Dump];
        return
        [
            new(PartKind.Globals, $"{name}.globals.sql{extension}", binaries[PostgresPrograms.DumpAll], globals),
            new(PartKind.Schema, $"{name}.schema.dump{extension}", dump, [.. common, "--section=pre-data", "--section=post-data"]),
            .. data.Streams.Select((stream, index) => new DumpPart(
                PartKind.Data,
                string.Create(CultureInfo.InvariantCulture, $"{name}.data-{index + 1:00}.dump{extension}"),
                dump,
                [.. common, "--section=data", .. stream.Options]) { LargeTables = stream.LargeTables }),
        ];
    }
}
