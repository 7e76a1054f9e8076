using System.Security.Cryptography;

namespace ProdReady.Standalone;

/// <summary>Passwords and keys for one run.</summary>
internal static class Secret
{
    /// <summary>32 random bytes, as hexadecimal digits: no character that a shell, a URL or a connection string would quote.</summary>
    public static string Create() => RandomNumberGenerator.GetHexString(64, lowercase: true);

    /// <summary>Writes a file that only its owner can read.</summary>
    public static async Task WriteFileAsync(string path, string content, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var writer = new StreamWriter(path, options);
        await writer.WriteAsync(content.AsMemory(), cancellationToken);
    }
}
