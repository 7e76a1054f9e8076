using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Encryption;

namespace ProdReady.BackupWorker.Archives.Encryption;

/// <summary>The configured keys.</summary>
internal sealed class ArchiveKeys(IOptions<ArchiveEncryptionOptions> options)
{
    public const string Setting = $"BACKUP_ENCRYPTION_KEY ({ArchiveEncryptionOptions.SectionName}:Keys)";

    private readonly List<ArchiveKey> _keys = Read(options.Value);

    /// <summary>The one that encrypts, or <see langword="null"/> if nothing is encrypted.</summary>
    public ArchiveKey? Active => _keys.Count > 0 ? _keys[0] : null;

    /// <inheritdoc cref="ArchiveEncryptionOptions.AllowUnencrypted"/>
    public bool AllowsUnencrypted { get; } = options.Value.AllowUnencrypted;

    /// <summary>The key of that id, if it is configured.</summary>
    public ArchiveKey? Find(string id) => _keys.FirstOrDefault(key => key.Id == id);

    /// <summary>The key that a file needs.</summary>
    /// <exception cref="BackupException">It is not configured.</exception>
    public ArchiveKey For(string file, string id) => Find(id) ?? throw new BackupException(
        $"{file} is encrypted with the key '{id}', which {Setting} does not hold. "
        + "Add it behind the key that encrypts now, separated by a comma.");

    /// <summary>A new key as the setting takes it, named after the month.</summary>
    public static string Generate(TimeProvider time) => string.Create(
        CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM}:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(NamedKeys.KeySize))}");

    private static List<ArchiveKey> Read(ArchiveEncryptionOptions options) =>
        // Never in clear what was meant to be encrypted, whether or not somebody validated the options
        NamedKeys.TryRead(options.Keys, out var keys) is { } problem
            ? throw new BackupException($"{Setting} {problem}.")
            : [.. keys.Select(key => new ArchiveKey(key.Key, key.Value))];
}
