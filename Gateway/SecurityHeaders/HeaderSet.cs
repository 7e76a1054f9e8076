using System.Collections.Frozen;
using System.Net;
using Microsoft.Extensions.Primitives;
using NetEscapades.AspNetCore.SecurityHeaders;
using NetEscapades.AspNetCore.SecurityHeaders.Headers;
using NetEscapades.AspNetCore.SecurityHeaders.Infrastructure;

namespace ProdReady.Gateway.SecurityHeaders;

/// <summary>One named set, made ready once so that an answer costs no more than setting its headers.</summary>
/// <remarks>
/// The whole set is one policy of the library, which writes into the answer itself: a policy a header would fill a dictionary for
/// every answer, only to be copied from.
/// </remarks>
internal sealed class HeaderSet : IHeaderPolicy
{
    public const string StrictTransportSecurity = "Strict-Transport-Security";

    private readonly FixedHeader[] _fixed;
    private readonly (string Name, string Template, bool Yields)[] _withNonce;
    private readonly string[] _unsent;
    private readonly string? _strictTransportSecurity;
    private readonly bool _strictTransportSecurityYields;
    private readonly RevealingHeaders _revealing;

    public HeaderSet(string name, SecurityHeadersOptions options)
    {
        var own = options.Sets.GetValueOrDefault(name) ?? new();
        var values = new Dictionary<string, string>(BuiltInHeaders.Of(own.BasedOn ?? name), StringComparer.OrdinalIgnoreCase);
        foreach (var (header, value) in own.Headers)
        {
            values[header] = value ?? "";
        }

        var kept = own.Keep.Append("Cache-Control").ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        values.Remove(StrictTransportSecurity, out _strictTransportSecurity);
        _strictTransportSecurityYields = kept.Contains(StrictTransportSecurity);
        Header = name;
        _fixed =
        [
            .. from header in values
               where header.Value.Length > 0 && !HasNonce(header.Value)
               select new FixedHeader(header.Key, header.Value, kept.Contains(header.Key)),
        ];
        _withNonce = [.. values.Where(header => HasNonce(header.Value)).Select(header => (header.Key, header.Value, kept.Contains(header.Key)))];
        _unsent = [.. values.Where(header => header.Value.Length == 0 && !kept.Contains(header.Key)).Select(header => header.Key)];
        _revealing = new(options.Remove, kept);
    }

    /// <summary>The set's name: the library tells policies apart by it.</summary>
    public string Header { get; }

    public void Apply(HttpContext context, CustomHeadersResult result)
    {
        var headers = context.Response.Headers;
        _revealing.RemoveFrom(headers);
        foreach (var header in _fixed)
        {
            if (!header.Yields || !headers.ContainsKey(header.Name))
            {
                headers[header.Name] = header.Value;
            }
        }

        foreach (var (name, template, yields) in _withNonce)
        {
            if (!yields || !headers.ContainsKey(name))
            {
                headers[name] = template.Replace(BuiltInHeaders.Nonce, context.GetNonce(), StringComparison.Ordinal);
            }
        }

        foreach (var name in _unsent)
        {
            headers.Remove(name);
        }

        if (!IsSecure(context.Request))
        {
            headers.StrictTransportSecurity = StringValues.Empty;
        }
        else if (!_strictTransportSecurityYields || headers.StrictTransportSecurity.Count == 0)
        {
            headers.StrictTransportSecurity = _strictTransportSecurity;
        }
    }

    /// <summary>
    /// RFC 6797, 7.2: never over plain HTTP. Whether a trusted proxy terminated TLS, the scheme says by then. And not for a loopback
    /// name, where it would close every other program of a developer's machine to plain HTTP for two years.
    /// </summary>
    private static bool IsSecure(HttpRequest request) =>
        request.IsHttps
        && request.Host.Host is var host
        && !host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        && !(IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static bool HasNonce(string value) => value.Contains(BuiltInHeaders.Nonce, StringComparison.Ordinal);

    /// <param name="Name">The header.</param>
    /// <param name="Value">Its value.</param>
    /// <param name="Yields">Whether a value that the answer has already stays.</param>
    private readonly record struct FixedHeader(string Name, StringValues Value, bool Yields);
}
