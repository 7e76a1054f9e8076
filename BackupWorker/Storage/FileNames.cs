using System.Text.RegularExpressions;
using ProdReady.BackupWorker.PointInTime.Wal;

namespace ProdReady.BackupWorker.Storage;

/// <summary>Which names files may have, and which of them are files of backups.</summary>
internal static partial class FileNames
{
    /// <summary>What a file is called until it is committed, in folders.</summary>
    public const string Partial = ".partial";

    /// <summary>Refuses what would leave the folder or prefix. Names come out of manifests too, which anybody may have written.</summary>
    /// <exception cref="StorageException">It is no name of a file.</exception>
    public static void ThrowIfBad(string file)
    {
        if (file is "" or "." or ".." || file.AsSpan().ContainsAny('/', '\\', '\0') || file.Any(char.IsControl)
            || file.EndsWith(Partial, StringComparison.Ordinal))
        {
            throw new StorageException(
                $"'{new string([.. file.Select(letter => char.IsControl(letter) ? '?' : letter)])}' is no name of a file in storage.");
        }
    }

    /// <summary>Whether a file of this name belongs to a backup: only those are ever removed unasked.</summary>
    public static bool IsOfBackup(string file) => BackupName.TryParseFile(file, out _, out var suffix) && Suffix().IsMatch(suffix);

    /// <summary>Whether a file of this name belongs to a base backup.</summary>
    public static bool IsOfBase(string file) => BackupName.TryParseFile(file, out _, out var suffix) && BaseSuffix().IsMatch(suffix);

    /// <summary>Whether a file of this name belongs to the write-ahead log.</summary>
    public static bool IsOfWal(string file) => WalFileName.TryParse(file, out _);

    /// <summary>Whether a file of this name is written once and never again, so that it can be locked.</summary>
    public static bool IsFinal(string file) =>
        (IsOfBackup(file) && !file.EndsWith(BackupName.CheckSuffix, StringComparison.Ordinal))
        || IsOfBase(file)
        || (WalFileName.TryParse(file, out var name) && name.Kind is WalFileKind.Whole or WalFileKind.Facts);

    [GeneratedRegex(@"\A\.base\.(json|tar(\.(zst|gz))?(\.enc)?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex BaseSuffix();

    [GeneratedRegex(@"\A\.((check\.)?json|(globals\.sql|schema\.dump|data-[0-9]{2,}\.dump)(\.(zst|gz))?(\.enc)?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Suffix();
}
