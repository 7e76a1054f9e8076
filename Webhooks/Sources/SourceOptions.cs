namespace ProdReady.Webhooks.Sources;

/// <summary>One sender: <c>Webhooks:Sources:{name}</c>.</summary>
public sealed class SourceOptions
{
    /// <summary>Whose signature scheme the source uses. Default: the source's own name.</summary>
    public string? Provider { get; set; }

    /// <summary>The secret that the sender signs with, exactly as the provider shows it. Required.</summary>
    public string? Secret { get; set; }

    /// <summary>How far the signed time may be from ours, in either direction, from 1 s to 1 h. Default: 5 minutes.</summary>
    public TimeSpan Tolerance { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The largest body that is taken, from 1 KB to 16 MB. Default: 1 MB.</summary>
    public int MaxBodyBytes { get; set; } = 1024 * 1024;
}
