using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Sources;

/// <summary>
/// The one account, and the one mode, whose events a source takes. A signature proves the provider, and where one secret
/// signs for several accounts, not more.
/// </summary>
internal sealed class AccountBinding
{
    private readonly RequestFields _fields;
    private readonly string? _account;
    private readonly bool? _liveMode;

    private AccountBinding(RequestFields fields, string? account, bool? liveMode)
    {
        _fields = fields;
        _account = account;
        _liveMode = liveMode;
    }

    public static AccountBinding? Create(SignatureScheme scheme, string? account, bool? liveMode) =>
        account is null && liveMode is null ? null : new(new RequestFields(scheme.Account, scheme.LiveMode), account, liveMode);

    /// <summary>Whether the request is for this account and mode. One that does not say is not.</summary>
    public bool Admits(in SignedRequest request)
    {
        _fields.TryRead(request.Headers, request.Body, out var values);
        return (_account is null || string.Equals(values[0], _account, StringComparison.Ordinal))
            && (_liveMode is null || IsLive(values[1]) == _liveMode);
    }

    private static bool? IsLive(string? text) => text switch
    {
        "true" or "live" => true,
        "false" or "test" => false,
        _ => null,
    };
}
