using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Options;

namespace ProdReady.Documentation.Tests.Configuration;

/// <summary>The options that a service itself registers: its program runs as far as that, and no further.</summary>
/// <typeparam name="T">Any type of the service names its assembly.</typeparam>
internal sealed class RegisteredOptions<T> : WebApplicationFactory<T>
    where T : class
{
    private static readonly Type[] Registrations =
        [typeof(IConfigureOptions<>), typeof(IValidateOptions<>), typeof(IOptionsChangeTokenSource<>)];

    private IReadOnlyList<Type>? _types;

    /// <summary>Runs the program.</summary>
    /// <returns>The options classes with a section, in the order of their registration.</returns>
    public static IReadOnlyList<Type> Read()
    {
        using var service = new RegisteredOptions<T>();
        try
        {
            _ = service.Services;
        }
        catch (OperationCanceledException) when (service._types is not null)
        {
            // Stopped below
        }

        return service._types ?? throw new InvalidOperationException($"{typeof(T).Assembly.GetName().Name} did not build its host.");
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        // What these belong to is only there where it is asked for
        builder.UseSetting("Metrics:Port", "0");
        builder.UseSetting("Webhooks:Destinations:example:Url", "https://example.com");
        builder.ConfigureServices(services =>
        {
            _types = [.. services
                .Select(service => service.ServiceType)
                .Where(type => type.IsGenericType && Registrations.Contains(type.GetGenericTypeDefinition()))
                .Select(type => type.GetGenericArguments()[0])
                .Where(type => SectionName.Of(type) is not null)
                .Distinct()];
            throw new OperationCanceledException("All is known: no service starts, and no database is needed.");
        });
    }
}
