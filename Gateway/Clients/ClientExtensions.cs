using ProdReady.Gateway.LiveSettings;

namespace ProdReady.Gateway.Clients;

/// <summary>Who calls.</summary>
internal static class ClientExtensions
{
    public static void AddClients(this WebApplicationBuilder builder)
    {
        builder.AddLiveOptions<ClientOptions, ValidateClientOptions>(ClientOptions.SectionName);
        builder.Services.AddSingleton<ClientAddressSource>();
    }

    /// <summary>Before all that asks for the client's address or scheme.</summary>
    public static void UseClients(this WebApplication app) => app.UseMiddleware<ClientMiddleware>();
}
