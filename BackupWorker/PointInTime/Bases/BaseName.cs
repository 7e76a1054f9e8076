using System.Diagnostics.CodeAnalysis;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Bases;

/// <summary>The names of a base backup's files.</summary>
internal static class BaseName
{
    /// <summary>What its manifest's name ends with. Backups of databases do not see it: theirs has nothing between id and <c>.json</c>.</summary>
    public const string ManifestSuffix = ".base.json";

    private const string TarSuffix = ".base.tar";

    /// <summary>The manifest's file.</summary>
    public static string ManifestFile(this BackupName name) => name + ManifestSuffix;

    /// <summary>The file that holds it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="encoding">What it ends in by compression and encryption.</param>
    public static string TarFile(this BackupName name, string encoding) => name + TarSuffix + encoding;

    /// <summary>Reads the name of a base backup's file.</summary>
    public static bool TryParse(string file, string label, [NotNullWhen(true)] out BackupName? name) =>
        BackupName.TryParseFile(file, out name, out _) && FileNames.IsOfBase(file) && name.Database == label;
}
