using System.Globalization;
using System.Security.Cryptography;

namespace ProdReady.Notifications.Verifications;

/// <summary>Codes of digits.</summary>
internal static class VerificationCode
{
    /// <summary>The fewest digits: 20 bits are wanted (NIST SP 800-63B, 5.1.3.2), and six digits have 19.9.</summary>
    public const int Shortest = 6;

    /// <summary>The most digits.</summary>
    public const int Longest = 8;

    private const int LongestPresented = 32;

    /// <summary>A code that nobody can foresee, leading zeros included.</summary>
    public static string Create(int length) =>
        RandomNumberGenerator.GetInt32((int)Math.Pow(10, length)).ToString($"D{length}", CultureInfo.InvariantCulture);

    /// <summary>What somebody typed, as it was meant: <c>123 456</c> and <c>123-456</c> are <c>123456</c>.</summary>
    /// <returns><see langword="null"/> if there is nothing that could be a code.</returns>
    public static string? Read(string? presented) => presented is null or { Length: 0 or > LongestPresented }
        ? null
        : presented.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
}
