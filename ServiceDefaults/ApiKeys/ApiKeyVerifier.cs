using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>
/// Decides about the key of a request: from this process' memory, and without allocating, unless the key is a new one, to its
/// connection or at all, or the store has not been heard of for too long.
/// </summary>
public sealed class ApiKeyVerifier
{
    /// <summary>No key of ours is longer; each character may take three bytes.</summary>
    private const int StackBytes = 256;

    private readonly ApiKeyRing _ring;
    private readonly ApiKeyUse _use;
    private readonly TimeProvider _time;
    private readonly ApiKey? _admin;

    internal ApiKeyVerifier(ApiKeyRing ring, ApiKeyUse use, IOptions<ApiKeyOptions> options, TimeProvider time)
    {
        (_ring, _use, _time) = (ring, use, time);
        _admin = CreateAdmin(options.Value);
    }

    /// <summary>Checks the key of a request.</summary>
    public ValueTask<ApiKeyVerdict> VerifyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        // Hashes are compared, and in constant time, so that neither content nor length can be measured
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (Read(PresentedKey.Read(request.Headers), request, hash, out var text) is { } verdict)
        {
            return new(verdict);
        }

        var finding = _ring.FindAsync(text.Id, cancellationToken);
        return finding.IsCompletedSuccessfully ? new(Decide(finding.Result, hash)) : DecideAsync(finding, hash.ToArray());
    }

    /// <summary>
    /// Whose key a request bears, by what this process knows, however old that is, and without waiting for the store: for counting what a key
    /// does. Who is to be let in, only <see cref="VerifyAsync"/> decides.
    /// </summary>
    /// <returns><see langword="null"/> where there is no key, or none that was good when this process last heard of it.</returns>
    public ApiKey? Identify(HttpRequest request)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var verdict = Read(PresentedKey.ForCounting(request.Headers), request, hash, out var text) ?? Decide(new FoundKey(_ring.FindKnown(text.Id), IsKnown: true), hash);
        return verdict.Outcome == ApiKeyOutcome.Accepted ? verdict.Key : null;
    }

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

    /// <summary>Reads the key and hashes it.</summary>
    /// <returns>What can be said without knowing the keys; <see langword="null"/> if that is nothing.</returns>
    private ApiKeyVerdict? Read(PresentedKey presented, HttpRequest request, Span<byte> hash, out ApiKeyText text)
    {
        text = default;
        if (presented.IsAmbiguous)
        {
            return new(ApiKeyOutcome.Ambiguous);
        }

        if (presented.Text.IsEmpty)
        {
            return new(ApiKeyOutcome.Missing);
        }

        var last = LastKey.Of(request);
        if (last?.TryGetHash(presented.Text, hash) != true)
        {
            Hash(presented.Text, hash);
            last?.Remember(presented.Text, hash);
        }

        if (_admin is { } admin && admin.Matches(hash))
        {
            return new(ApiKeyOutcome.Accepted, admin);
        }

        return ApiKeyText.TryParse(presented.Text, out text) ? null : new(ApiKeyOutcome.Malformed);
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
