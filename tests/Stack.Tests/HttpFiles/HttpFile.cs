using System.Text;
using System.Text.RegularExpressions;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests.HttpFiles;

/// <summary>
/// An .http file in the syntax that Visual Studio, Rider and VS Code's REST Client have in common: variables, comments, requests
/// between <c>###</c>.
/// </summary>
internal sealed partial class HttpFile
{
    private HttpFile(Dictionary<string, string> variables, IReadOnlyList<HttpFileRequest> requests) =>
        (Variables, Requests) = (variables, requests);

    /// <summary>The variables, which the reader fills in.</summary>
    public Dictionary<string, string> Variables { get; }

    /// <summary>The requests in their order.</summary>
    public IReadOnlyList<HttpFileRequest> Requests { get; }

    /// <summary>Reads one of the files in <c>http/</c>.</summary>
    public static HttpFile Read(string name)
    {
        var parts = Separator().Split(File.ReadAllText(Path.Combine(Checkout.Directory, "http", name)));
        return new(
            VariableLine().Matches(parts[0]).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["value"].Value.Trim()),
            [.. parts.Skip(1).Select(HttpFileRequest.Parse)]);
    }

    /// <summary>A request as it is sent, with the variables' values.</summary>
    public HttpRequestMessage Fill(HttpFileRequest request)
    {
        var headers = request.Headers.ToLookup(header => header.Name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase), header => header);
        var message = new HttpRequestMessage(new HttpMethod(request.Method), Fill(request.Url))
        {
            Content = request.Body.Length == 0 ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(Fill(request.Body))),
        };
        foreach (var (name, value) in headers[true])
        {
            message.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        foreach (var (name, value) in headers[false])
        {
            message.Headers.Add(name, Fill(value));
        }

        return message;
    }

    private string Fill(string text) => Placeholder().Replace(
        text,
        match => Variables.GetValueOrDefault(match.Groups["name"].Value)
            ?? throw new FormatException($"{match.Value} stands in '{text}', but the file has no such variable."));

    [GeneratedRegex("^###", RegexOptions.Multiline)]
    private static partial Regex Separator();

    [GeneratedRegex(@"^@(?<name>\w+) = (?<value>.+)$", RegexOptions.Multiline)]
    private static partial Regex VariableLine();

    [GeneratedRegex(@"\{\{(?<name>\w+)\}\}")]
    private static partial Regex Placeholder();
}
