using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace ProdReady.ServiceDefaults.Encryption;

/// <summary>A setting of several keys with names: the first one is in use, all of them open what they closed.</summary>
public static partial class NamedKeys
{
    /// <summary>The bytes of each key.</summary>
    public const int KeySize = 32;

    /// <summary>Reads <c>id:base64,id:base64</c>.</summary>
    /// <param name="setting">The setting; blank for no keys.</param>
    /// <param name="keys">The keys by their ids, in their order.</param>
    /// <returns>What is wrong, without any part of a key, or <see langword="null"/>.</returns>
    public static string? TryRead(string? setting, out IReadOnlyList<KeyValuePair<string, byte[]>> keys)
    {
        var read = new List<KeyValuePair<string, byte[]>>();
        keys = read;
        if (string.IsNullOrWhiteSpace(setting))
        {
            return null;
        }

        foreach (var (number, text) in setting.Split(',').Index())
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            var id = colon < 0 ? "" : text[..colon].Trim();
            if (!KeyId().IsMatch(id))
            {
                return $"has no usable id in its entry {number + 1}: use 1 to 32 letters, digits, hyphens and dots, and a colon";
            }

            if (!TryDecode(text[(colon + 1)..].Trim(), out var key))
            {
                return $"holds a key '{id}' that is not {KeySize} bytes in base64";
            }

            if (read.Exists(other => other.Key == id))
            {
                return $"holds two keys '{id}'";
            }

            read.Add(new(id, key));
        }

        return null;
    }

    private static bool TryDecode(string text, [NotNullWhen(true)] out byte[]? key)
    {
        var buffer = new byte[KeySize + 3];
        key = Convert.TryFromBase64String(text, buffer, out var written) && written == KeySize ? buffer[..KeySize] : null;
        return key is not null;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9.-]{1,32}\z")]
    private static partial Regex KeyId();
}
