using System.Text.RegularExpressions;

namespace ProdReady.Stack.Tests.HttpFiles;

/// <summary>A request of an .http file, with its variables still in it.</summary>
/// <param name="Title">What stands behind <c>###</c>.</param>
/// <param name="Status">The status that its comment states.</param>
/// <param name="IsAskedAgain">Whether the comment says that it takes a moment: <c>, once ...</c>.</param>
/// <param name="Copies">What the reader copies from the answer: a path into its JSON, and the variable that gets it.</param>
/// <param name="Method">The method.</param>
/// <param name="Url">The address.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body, or nothing.</param>
internal sealed partial record HttpFileRequest(
    string Title,
    int Status,
    bool IsAskedAgain,
    IReadOnlyList<(string Path, string Variable)> Copies,
    string Method,
    string Url,
    IReadOnlyList<(string Name, string Value)> Headers,
    string Body)
{
    /// <summary>Reads what stands between two <c>###</c>.</summary>
    /// <exception cref="FormatException">It is not in the form that our files have.</exception>
    public static HttpFileRequest Parse(string text)
    {
        var lines = text.Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        var title = lines[0].Trim();
        var comments = lines.Skip(1).TakeWhile(line => line.StartsWith('#')).ToList();
        var rest = lines.Skip(1 + comments.Count).ToList();
        if (comments is not [.., var last] || Comment().Match(last) is not { Success: true } comment)
        {
            throw new FormatException($"'{title}' has no comment right above its request such as '# Answers 200'.");
        }

        if (rest is not [var first, ..] || RequestLine().Match(first) is not { Success: true } request)
        {
            throw new FormatException($"'{title}' has no request right below its comment.");
        }

        var headers = rest.Skip(1).TakeWhile(line => line.Length > 0).ToList();
        return new(
            title,
            int.Parse(comment.Groups["status"].ValueSpan, null),
            comment.Groups["once"].Success,
            [.. comment.Groups["path"].Captures.Zip(comment.Groups["variable"].Captures, (path, variable) => (path.Value, variable.Value))],
            request.Groups["method"].Value,
            request.Groups["url"].Value,
            [.. headers.Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).Select(header => (header[0], header[1]))],
            string.Join('\n', rest.Skip(1 + headers.Count)).Trim());
    }

    [GeneratedRegex("^# Answers (?<status>[1-5][0-9]{2})(?<once>, once [^;]+)?(; copy ((, )?(?<path>[^ ,]+) into @(?<variable>\\w+))+)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^(?<method>GET|POST|PUT|DELETE) (?<url>\S+)$")]
    private static partial Regex RequestLine();
}
