using System.Buffers;
using System.Buffers.Text;

namespace ProdReady.Webhooks.Verification;

/// <summary>Signatures as text, in one spelling each.</summary>
internal static class SignatureText
{
    public static int Write(ReadOnlySpan<byte> signature, TextEncoding encoding, Span<char> text)
    {
        int length;
        var written = encoding switch
        {
            TextEncoding.Hex => Convert.TryToHexStringLower(signature, text, out length),
            TextEncoding.Base64 => Convert.TryToBase64Chars(signature, text, out length),
            TextEncoding.Base64Url => Base64Url.TryEncodeToChars(signature, text, out length),
            _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "A signature is no text."),
        };
        return written ? length : throw new InvalidOperationException("The signature is longer than expected.");
    }

    /// <summary>Reads a signature. What would be written in another way than it is, is none.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, TextEncoding encoding, Span<byte> signature, out int length)
    {
        text = Unpadded(text, encoding);
        length = 0;
        var read = encoding switch
        {
            TextEncoding.Hex => Convert.FromHexString(text, signature, out _, out length) is OperationStatus.Done,
            TextEncoding.Base64 => Convert.TryFromBase64Chars(text, signature, out length),
            TextEncoding.Base64Url => IsBase64Url(text) && Base64Url.TryDecodeFromChars(text, signature, out length),
            _ => false,
        };
        Span<char> again = stackalloc char[2 * signature.Length];
        return read && again[..Write(signature[..length], encoding, again)].SequenceEqual(text);
    }

    /// <summary>Leaves out the padding that base64url may have, where it is complete.</summary>
    public static ReadOnlySpan<char> Unpadded(ReadOnlySpan<char> text, TextEncoding encoding) =>
        encoding is TextEncoding.Base64Url && text.Length % 4 == 0 ? text.TrimEnd('=') : text;

    /// <remarks>The decoder throws at other characters.</remarks>
    private static bool IsBase64Url(ReadOnlySpan<char> text) => Base64Url.IsValid(text);
}
