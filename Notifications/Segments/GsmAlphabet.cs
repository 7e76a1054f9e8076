using System.Buffers;

namespace ProdReady.Notifications.Segments;

/// <summary>The default alphabet of SMS and its extension table: 3GPP TS 23.038 (GSM 03.38), 6.2.1.</summary>
internal static class GsmAlphabet
{
    private const string Basic =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
        + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    /// <summary>Each is an escape and another septet.</summary>
    private const string Extension = "|^€{}[]~\\\f";

    private static readonly SearchValues<char> Extensions = SearchValues.Create(Extension);
    private static readonly SearchValues<char> All = SearchValues.Create(Basic + Extension);

    /// <summary>Whether all of a text can be sent in septets.</summary>
    public static bool Covers(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(All);

    /// <summary>How many septets a text takes that the alphabet covers.</summary>
    public static int Septets(ReadOnlySpan<char> text)
    {
        var septets = text.Length;
        foreach (var character in text)
        {
            septets += Extensions.Contains(character) ? 1 : 0;
        }

        return septets;
    }
}
