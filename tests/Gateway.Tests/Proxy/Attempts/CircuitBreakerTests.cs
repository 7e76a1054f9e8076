using Microsoft.Extensions.Time.Testing;
using ProdReady.Gateway.Proxy;
using ProdReady.Gateway.Proxy.Attempts;

namespace ProdReady.Gateway.Tests.Proxy.Attempts;

/// <summary>One circuit and its clock.</summary>
public sealed class CircuitBreakerTests
{
    private static readonly CircuitBreakerOptions Options = new();
    private readonly FakeTimeProvider _time = new();
    private readonly CircuitBreaker _circuit;

    public CircuitBreakerTests() => _circuit = new(_time);

    [Fact]
    public void Failures_in_a_row_open_it_and_a_success_between_starts_anew()
    {
        Fail(4);
        _circuit.Succeeded(probe: false);
        Fail(4);
        Assert.Equal(CircuitState.Closed, _circuit.State);

        Assert.True(_circuit.Failed(Options, probe: false));

        Assert.Equal(CircuitState.Open, _circuit.State);
        Assert.Equal(Options.OpenFor, _circuit.Left);
    }

    [Fact]
    public void Half_of_twenty_requests_failing_opens_it()
    {
        for (var pair = 0; pair < 9; pair++)
        {
            _circuit.Succeeded(probe: false);
            Fail(1);
        }

        _circuit.Succeeded(probe: false);
        Assert.Equal(CircuitState.Closed, _circuit.State);

        Fail(1);

        Assert.Equal(CircuitState.Open, _circuit.State);
    }

    [Fact]
    public void A_share_is_formed_of_the_last_ten_seconds()
    {
        for (var pair = 0; pair < 9; pair++)
        {
            Fail(1);
            _circuit.Succeeded(probe: false);
        }

        _time.Advance(TimeSpan.FromSeconds(11));
        Fail(2);

        Assert.Equal(CircuitState.Closed, _circuit.State);
    }

    [Fact]
    public void After_its_time_exactly_one_request_tries()
    {
        Fail(5);
        Assert.False(_circuit.TryProbe());
        _time.Advance(Options.OpenFor);

        Assert.Equal(CircuitState.HalfOpen, _circuit.State);
        Assert.True(_circuit.TryProbe());
        Assert.False(_circuit.TryProbe());

        // Of a request from before
        _circuit.Succeeded(probe: false);
        Assert.NotEqual(CircuitState.Closed, _circuit.State);

        Assert.True(_circuit.Succeeded(probe: true));
        Assert.Equal(CircuitState.Closed, _circuit.State);
    }

    [Fact]
    public void A_probe_that_fails_opens_it_again_and_one_that_says_nothing_makes_room_for_the_next()
    {
        Fail(5);
        _time.Advance(Options.OpenFor);
        Assert.True(_circuit.TryProbe());
        Assert.True(_circuit.Failed(Options, probe: true));
        Assert.Equal(CircuitState.Open, _circuit.State);

        _time.Advance(Options.OpenFor);
        Assert.True(_circuit.TryProbe());
        _circuit.Unknown(probe: true);
        Assert.True(_circuit.TryProbe());
    }

    private void Fail(int times)
    {
        for (var time = 0; time < times; time++)
        {
            _circuit.Failed(Options, probe: false);
        }
    }
}
