using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using ProdReady.ServiceDefaults.Logging;

namespace ProdReady.ServiceDefaults.Tests.Logging;

/// <summary>A logger with the lines it wrote.</summary>
internal sealed class LineLog : IDisposable
{
    private readonly LogCapture _capture = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2025, 3, 1, 12, 30, 15, TimeSpan.Zero));
    private readonly LineLoggerProvider _provider;
    private readonly LoggerFactory _factory;

    private LineLog(ILineFormat format)
    {
        _provider = new LineLoggerProvider(format, _capture, _time, _services.GetRequiredService<IMeterFactory>());
        _factory = new LoggerFactory([_provider]);
        Logger = _factory.CreateLogger("The.Category");
    }

    public ILogger Logger { get; }

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>All that was written.</summary>
    public string Text
    {
        get
        {
            _provider.Flush();
            return _capture.Text;
        }
    }

    /// <summary>Takes away what was written since the last time.</summary>
    public string Take()
    {
        _provider.Flush();
        return _capture.Take();
    }

    public static LineLog Json() => new(new JsonLineFormat("orders"));

    public static LineLog Pretty(bool colours) => new(new PrettyLineFormat(colours));

    public IReadOnlyList<JsonElement> All()
    {
        _provider.Flush();
        return _capture.Lines;
    }

    public JsonElement Only() => Assert.Single(All());

    public void Dispose()
    {
        _factory.Dispose();
        _provider.Dispose();
        _services.Dispose();
    }
}
