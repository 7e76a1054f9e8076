using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.ServiceDefaults.Queue;

/// <summary>Durable queues on Postgres.</summary>
public static class QueueExtensions
{
    /// <summary>
    /// Adds <see cref="JobQueue{T}"/>, a queue in the table <c>jobs</c> of <paramref name="schema"/>. The table comes with the
    /// migrations of that schema (<see cref="MigrationExtensions.AddMigrations"/>). A kind of payload has one queue.
    /// </summary>
    /// <param name="builder">The service's builder, with <see cref="DataClientExtensions.AddPostgres"/>.</param>
    /// <param name="schema">The service's schema.</param>
    /// <param name="name">The queue's name, as in its settings <c>Queues:{name}</c> and its metrics.</param>
    /// <param name="payload">How payloads become JSON and back.</param>
    /// <exception cref="ArgumentException">A name does not consist of small letters, digits and underscores.</exception>
    public static IHostApplicationBuilder AddJobQueue<T>(
        this IHostApplicationBuilder builder, string schema, string name, JsonTypeInfo<T> payload)
    {
        var queue = new JobQueueDefinition(schema, name);
        builder.Services.AddSingleton(queue);
        builder.Services.AddOptions<JobQueueOptions>(name)
            .BindConfiguration($"{JobQueueOptions.SectionName}:{name}")
            .ValidateOnStart();
        builder.AddJobTable(schema);
        builder.Services.AddSingleton(services => new JobQueue<T>(
            name,
            services.GetRequiredService<JobStore>(),
            payload,
            services.GetRequiredService<NpgsqlDataSource>(),
            Options(services, name)));
        builder.Services.AddSingleton(new PayloadQueue<T>(queue, payload));
        return builder;
    }

    /// <summary>Works the queue of <typeparamref name="T"/> off in this process, with one <typeparamref name="THandler"/>.</summary>
    public static IHostApplicationBuilder AddJobWorker<T, THandler>(this IHostApplicationBuilder builder)
        where THandler : class, IJobHandler<T>
    {
        builder.Services.AddSingleton<IJobHandler<T>, THandler>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, JobListener>());
        builder.Services.AddHostedService(CreateWorker<T>);
        return builder;
    }

    private static JobWorker<T> CreateWorker<T>(IServiceProvider services)
    {
        var (queue, payload) = services.GetRequiredService<PayloadQueue<T>>();
        var options = Options(services, queue.Name);
        var metrics = services.GetRequiredService<QueueMetrics>();
        var time = services.GetRequiredService<TimeProvider>();
        var logger = services.GetRequiredService<ILogger<JobWorker<T>>>();
        var runner = new JobRunner<T>(
            queue, payload, services.GetRequiredService<IJobHandler<T>>(), options, metrics, time, logger);
        return new(
            queue, services.GetRequiredService<JobStore>(), runner, options, metrics,
            services.GetRequiredService<QueueOutage>(), time, logger);
    }

    /// <summary>What all queues of the process share.</summary>
    private static void AddJobTable(this IHostApplicationBuilder builder, string schema)
    {
        if (builder.Services.FirstOrDefault(service => service.ServiceType == typeof(JobTable))?.ImplementationInstance is JobTable table)
        {
            if (table.Schema != schema)
            {
                throw new ArgumentException($"This process has its queues in {table.Schema}.jobs already.", nameof(schema));
            }

            return;
        }

        builder.Services.AddSingleton(new JobTable(schema));
        builder.Services.AddSingleton(MigrationScript.Embedded(schema, typeof(JobStore), "Migrations.0001_jobs.sql"));
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IValidateOptions<JobQueueOptions>, ValidateJobQueueOptions>();
        builder.Services.AddSingleton(services => new JobStore(schema, services.GetRequiredService<NpgsqlDataSource>()));
        builder.Services.AddSingleton<QueueMetrics>();
        builder.Services.AddSingleton<QueueOutage>();
        builder.Services.AddHostedService<QueueGauges>();
    }

    private static JobQueueOptions Options(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<JobQueueOptions>>().Get(name);

    private sealed record JobTable(string Schema);

    private sealed record PayloadQueue<T>(JobQueueDefinition Queue, JsonTypeInfo<T> Payload);
}
