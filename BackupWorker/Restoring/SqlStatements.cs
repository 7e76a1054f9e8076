namespace ProdReady.BackupWorker.Restoring;

/// <summary>The statements of a script that pg_dumpall wrote. A semicolon or a line's end may be part of a name or a text.</summary>
internal static class SqlStatements
{
    /// <summary>Splits the script; comments and psql's own commands are left out.</summary>
    public static IEnumerable<string> Split(string script)
    {
        var position = 0;
        while (position < script.Length)
        {
            var rest = script.AsSpan(position);
            if (char.IsWhiteSpace(rest[0]) || rest[0] == ';')
            {
                position++;
            }
            else if (rest[0] == '\\' || rest.StartsWith("--"))
            {
                position += LengthTo('\n', rest);
            }
            else
            {
                var length = LengthOfStatement(rest);
                yield return rest[..length].ToString();
                position += length;
            }
        }
    }

    private static int LengthOfStatement(ReadOnlySpan<char> text)
    {
        for (var position = 0; position < text.Length; position++)
        {
            switch (text[position])
            {
                case ';':
                    return position;
                case '"':
                    position += LengthOfQuoted(text[position..], false) - 1;
                    break;
                case '\'':
                    position += LengthOfQuoted(text[position..], position > 0 && text[position - 1] is 'E' or 'e') - 1;
                    break;
                default:
                    break;
            }
        }

        return text.Length;
    }

    /// <summary>A doubled quote ends one and begins the next, which comes to the same.</summary>
    private static int LengthOfQuoted(ReadOnlySpan<char> text, bool hasEscapes)
    {
        for (var position = 1; position < text.Length; position++)
        {
            if (hasEscapes && text[position] == '\\')
            {
                position++;
            }
            else if (text[position] == text[0])
            {
                return position + 1;
            }
        }

        return text.Length;
    }

    private static int LengthTo(char end, ReadOnlySpan<char> text) => text.IndexOf(end) is >= 0 and var position ? position + 1 : text.Length;
}
