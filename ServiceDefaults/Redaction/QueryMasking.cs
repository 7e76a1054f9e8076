using System.Buffers;
using System.Text;

namespace ProdReady.ServiceDefaults.Redaction;

/// <summary>Query strings: names stay, values go.</summary>
internal static class QueryMasking
{
    private const int MaxNameLength = 64;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-$[]");

    public static string Mask(string query)
    {
        var masked = new StringBuilder(query.Length);
        Append(masked, query);
        return masked.ToString();
    }

    public static void Append(StringBuilder masked, ReadOnlySpan<char> query)
    {
        if (query is ['?', ..])
        {
            masked.Append('?');
            query = query[1..];
        }

        var first = true;
        foreach (var range in query.Split('&'))
        {
            var parameter = query[range];
            if (!first)
            {
                masked.Append('&');
            }

            first = false;
            var end = parameter.IndexOf('=');
            if (end >= 0)
            {
                AppendName(masked, parameter[..end]);
                masked.Append('=');
            }

            // Without a =, what stands there may be a name as well as the secret itself
            masked.Append(parameter.IsEmpty ? "" : Redactor.Mask);
        }
    }

    private static void AppendName(StringBuilder masked, ReadOnlySpan<char> name)
    {
        var plain = name.Length <= MaxNameLength && !name.ContainsAnyExcept(NameCharacters)
            && (name.IsEmpty || !char.IsAsciiDigit(name[0]));
        masked.Append(plain && !CredentialMasking.Matches(name) ? name : Redactor.Mask);
    }
}
