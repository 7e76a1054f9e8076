using System.Security.Cryptography;
using System.Text;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>A key that was just made: the only time that its text is known to us.</summary>
public sealed class IssuedApiKey
{
    private IssuedApiKey(string environment, string id)
    {
        Id = id;
        Prefix = $"pr_{environment}_{id}";
        Text = ApiKeyText.Compose(environment, id, RandomNumberGenerator.GetBytes(32));
    }

    /// <summary>The public id.</summary>
    public string Id { get; }

    /// <summary>All but the secret, such as <c>pr_live_4k7c9x2m8q1v</c>.</summary>
    public string Prefix { get; }

    /// <summary>The key itself: for its owner's eyes, once.</summary>
    public string Text { get; }

    /// <summary>What is stored of it.</summary>
    public byte[] Hash => SHA256.HashData(Encoding.ASCII.GetBytes(Text));

    /// <summary>Makes a key of random id and secret.</summary>
    /// <param name="environment">What it is for: 1 to 16 of [a-z0-9].</param>
    /// <exception cref="ArgumentException">No key can have this environment.</exception>
    public static IssuedApiKey Create(string environment) => new(environment, ApiKeyText.NewId());

    /// <summary>The prefix, so that a key does not get into a log by accident.</summary>
    public override string ToString() => Prefix;
}
