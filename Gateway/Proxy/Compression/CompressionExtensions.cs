using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.Proxy.Compression;

/// <summary>Compression of answers that upstreams send uncompressed.</summary>
public sealed class CompressionOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Compression";

    /// <summary>Whether text and JSON go out as br or gzip to those who accept it. Default: <see langword="false"/>. Read at start.</summary>
    public bool Enabled { get; set; }
}

internal static class CompressionExtensions
{
    public static void AddCompression(this IServiceCollection services)
    {
        services.AddOptions<CompressionOptions>().BindConfiguration(CompressionOptions.SectionName).ValidateOnStart();
        // HTTPS included: what makes it unsafe there is left out below
        services.AddResponseCompression(options => options.EnableForHttps = true);
        services.AddSingleton<IResponseCompressionProvider, SafeCompression>();
    }

    public static void UseCompression(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<CompressionOptions>>().Value.Enabled)
        {
            app.UseResponseCompression();
        }
    }
}

/// <summary>
/// Leaves out what a page of another site can have a browser ask for in its visitor's name: BREACH reads secrets from the length of such
/// answers. An API key or a token in a header is nothing that another site could send.
/// </summary>
internal sealed class SafeCompression(IServiceProvider services, IOptions<ResponseCompressionOptions> options) : IResponseCompressionProvider
{
    private readonly ResponseCompressionProvider _inner = new(services, options);

    public bool CheckRequestAcceptsCompression(HttpContext context) =>
        context.Request.Headers.Cookie.Count == 0 && _inner.CheckRequestAcceptsCompression(context);

    public bool ShouldCompressResponse(HttpContext context) =>
        context.Response.Headers.SetCookie.Count == 0 && _inner.ShouldCompressResponse(context);

    public ICompressionProvider? GetCompressionProvider(HttpContext context) => _inner.GetCompressionProvider(context);
}
