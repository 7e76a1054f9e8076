using System.Text;

namespace ProdReady.ServiceDefaults.Callbacks;

/// <summary>The fields of <c>application/x-www-form-urlencoded</c> text, in its order.</summary>
public static class FormFields
{
    /// <summary>Twilio sends some dozens.</summary>
    private const int MaxFields = 1024;

    /// <summary>Reads all of them; names are told apart by case.</summary>
    /// <returns><see langword="false"/> if there are too many.</returns>
    public static bool TryRead(ReadOnlySpan<byte> form, out List<(string Name, string Value)> fields)
    {
        fields = [];
        foreach (var range in form.Split((byte)'&'))
        {
            var field = form[range];
            if (field.IsEmpty)
            {
                continue;
            }

            if (fields.Count == MaxFields)
            {
                return false;
            }

            var equals = field.IndexOf((byte)'=');
            fields.Add(equals < 0
                ? (Decode(field), "")
                : (Decode(field[..equals]), Decode(field[(equals + 1)..])));
        }

        return true;
    }

    /// <summary>The first value of a field.</summary>
    public static string? ValueOf(ReadOnlySpan<byte> form, string name) =>
        TryRead(form, out var fields) && fields.FindIndex(field => field.Name == name) is var at and >= 0 ? fields[at].Value : null;

    /// <remarks>A % that begins no escape stays as it is, as in browsers.</remarks>
    private static string Decode(ReadOnlySpan<byte> text)
    {
        var bytes = new byte[text.Length];
        var length = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '%' && at + 2 < text.Length
                && char.IsAsciiHexDigit((char)text[at + 1]) && char.IsAsciiHexDigit((char)text[at + 2]))
            {
                bytes[length++] = Convert.FromHexString(Encoding.ASCII.GetString(text.Slice(at + 1, 2)))[0];
                at += 2;
            }
            else
            {
                bytes[length++] = text[at] == '+' ? (byte)' ' : text[at];
            }
        }

        return Encoding.UTF8.GetString(bytes.AsSpan(0, length));
    }
}
