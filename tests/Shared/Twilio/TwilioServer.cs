namespace ProdReady.Testing;

/// <summary>
/// A Twilio that refuses what breaks Twilio's own OpenAPI document: Prism serving that document, or, where node or npm is
/// missing, <see cref="TwilioFake"/>. Prism answers with the document's examples, always the same SIDs.
/// </summary>
public sealed class TwilioServer : IAsyncLifetime
{
    private PrismServer? _prism;
    private TwilioFake? _fake;

    /// <summary>For <c>TWILIO_BASE_URL</c>.</summary>
    public Uri BaseUrl { get; private set; } = new("about:blank");

    /// <summary>Which of the two it is, and why.</summary>
    public string Description { get; private set; } = "";

    /// <summary>Whether it is Prism.</summary>
    public bool IsPrism => _prism is not null;

    public async ValueTask InitializeAsync()
    {
        (_prism, var problem) = await PrismServer.StartAsync("twilio_api_v2010.messages.json");
        if (_prism is null)
        {
            _fake = await TwilioFake.StartAsync();
        }

        BaseUrl = _prism?.BaseUrl ?? _fake!.BaseUrl;
        Description = _prism is not null
            ? $"Twilio is Prism with Twilio's document, at {BaseUrl}"
            : $"Twilio is our fake, at {BaseUrl}, because {problem}";
        Console.WriteLine(Description);
    }

    public async ValueTask DisposeAsync()
    {
        if (_prism is not null)
        {
            await _prism.DisposeAsync();
        }

        if (_fake is not null)
        {
            await _fake.DisposeAsync();
        }
    }
}
