using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ProdReady.ServiceDefaults.Postgres;

/// <summary>Each service owns one schema and brings it up to date itself.</summary>
public static class MigrationExtensions
{
    /// <summary>
    /// Runs the numbered <c>.sql</c> files embedded in <paramref name="assembly"/> on schema <paramref name="schema"/> before
    /// the service takes its first request, by <c>DIRECT_URL</c> where one is set.
    /// </summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="schema">The service's schema.</param>
    /// <param name="assembly">Where the files are.</param>
    /// <param name="isVital">
    /// <see langword="false"/> for a service that goes on without Postgres: it starts without it, too, and migrates as soon as it answers.
    /// </param>
    public static IHostApplicationBuilder AddMigrations(
        this IHostApplicationBuilder builder, string schema, Assembly assembly, bool isVital = true)
    {
        builder.Services.AddHostedService(services => new MigrationWorker(
            schema,
            assembly,
            isVital,
            services.GetServices<MigrationScript>(),
            services.GetRequiredService<IConfiguration>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<MigrationWorker>>()));
        return builder;
    }
}
