using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>
/// Decides about the key of a request: from this process' memory, and without allocating, unless the key is a new one or the
/// store has not been heard of for too long.
/// </summary>
public sealed class ApiKeyVerifier : IDisposable
{
    /// <summary>No key of ours is longer; each character may take three bytes.</summary>
    private const int StackBytes = 256;

    private readonly ApiKeyRing _ring;
    private readonly ApiKeyUse _use;
    private readonly TimeProvider _time;
    private readonly IDisposable? _reload;
    private volatile ApiKey? _admin;

    internal ApiKeyVerifier(ApiKeyRing ring, ApiKeyUse use, IOptionsMonitor<ApiKeyOptions> options, TimeProvider time)
    {
        (_ring, _use, _time) = (ring, use, time);
        _admin = CreateAdmin(options.CurrentValue);
        _reload = options.OnChange(changed => _admin = CreateAdmin(changed));
    }

    /// <summary>Checks the key of a request.</summary>
    public ValueTask<ApiKeyVerdict> VerifyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var presented = PresentedKey.Read(request.Headers);
        if (presented.IsAmbiguous)
        {
            return new(new ApiKeyVerdict(ApiKeyOutcome.Ambiguous));
        }

        if (presented.Text.IsEmpty)
        {
            return new(new ApiKeyVerdict(ApiKeyOutcome.Missing));
        }

        // Hashes are compared, and in constant time, so that neither content nor length can be measured
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(presented.Text, hash);
        if (_admin is { } admin && admin.Matches(hash))
        {
            return new(new ApiKeyVerdict(ApiKeyOutcome.Accepted, admin));
        }

        if (!ApiKeyText.TryParse(presented.Text, out var text))
        {
            return new(new ApiKeyVerdict(ApiKeyOutcome.Malformed));
        }

        var finding = _ring.FindAsync(text.Id, cancellationToken);
        return finding.IsCompletedSuccessfully ? new(Decide(finding.Result, hash)) : DecideAsync(finding, hash.ToArray());
    }

    /// <inheritdoc />
    public void Dispose() => _reload?.Dispose();

    private static ApiKey? CreateAdmin(ApiKeyOptions options)
    {
        if (options.AdminKey is not { Length: > 0 } text)
        {
            return null;
        }

        var hash = new byte[SHA256.HashSizeInBytes];
        Hash(text, hash);
        return new() { Id = "admin", Name = "admin", Scopes = [ApiKeyScopes.Every], Hash = hash };
    }

    private static void Hash(ReadOnlySpan<char> text, Span<byte> hash)
    {
        var size = Encoding.UTF8.GetMaxByteCount(text.Length);
        Span<byte> bytes = size <= StackBytes ? stackalloc byte[StackBytes] : new byte[size];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(text, bytes)], hash);
    }

    private async ValueTask<ApiKeyVerdict> DecideAsync(ValueTask<FoundKey> finding, byte[] hash) => Decide(await finding, hash);

    private ApiKeyVerdict Decide(FoundKey found, ReadOnlySpan<byte> hash)
    {
        if (!found.IsKnown)
        {
            return new(ApiKeyOutcome.Unavailable);
        }

        // Why a key is no longer good is only told to who has it
        if (found.Key is not { } key || !key.Matches(hash))
        {
            return new(ApiKeyOutcome.Unknown);
        }

        var now = _time.GetUtcNow();
        var outcome = key.OutcomeAt(now);
        if (outcome == ApiKeyOutcome.Accepted)
        {
            _use.Note(key, now);
        }

        return new(outcome, key);
    }
}
