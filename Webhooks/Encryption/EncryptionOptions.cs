namespace ProdReady.Webhooks.Encryption;

/// <summary>The keys by which bodies are encrypted at rest: <c>Webhooks:Encryption</c>.</summary>
public sealed class EncryptionOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Webhooks:Encryption";

    /// <summary>
    /// One key, as <c>id:base64</c>, 32 random bytes in base64; several are separated by commas. The first one encrypts, all of
    /// them decrypt: to rotate, add the new one at the end, put it in front once every replica has it, and take the old one out when
    /// nothing needs it any more.
    /// </summary>
    public string? Keys { get; set; }
}
