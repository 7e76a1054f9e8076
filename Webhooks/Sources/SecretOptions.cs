namespace ProdReady.Webhooks.Sources;

/// <summary>One secret of a source: <c>Webhooks:Sources:{name}:Secrets:{n}</c>.</summary>
public sealed class SecretOptions
{
    /// <summary>What the secret is called where its use is shown, such as the month in which it was made. Required.</summary>
    public string? Id { get; set; }

    /// <summary>The secret exactly as the provider shows it. Required.</summary>
    public string? Value { get; set; }

    /// <summary>When it stops to count. Default: never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }
}
