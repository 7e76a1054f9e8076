using Microsoft.Extensions.Time.Testing;
using ProdReady.Testing;
using ProdReady.Webhooks.Delivery;
using ProdReady.Webhooks.Delivery.Gating;

namespace ProdReady.Webhooks.Tests.Delivery;

/// <summary>Circuit, rate and delays by a clock that the test turns.</summary>
public sealed class GatingTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Failures_in_a_row_open_the_circuit_and_a_success_between_does_not()
    {
        var circuit = new DeliveryCircuit(3, _time);
        Assert.Null(circuit.Failed(false));
        Assert.Null(circuit.Failed(false));
        circuit.Succeeded();
        Assert.Null(circuit.Failed(false));
        Assert.Null(circuit.Failed(false));
        Assert.Equal(CircuitState.Closed, circuit.State);

        Assert.Equal(TimeSpan.FromSeconds(10), circuit.Failed(false));

        Assert.Equal(CircuitState.Open, circuit.State);
        Assert.False(circuit.TryEnter(out _));
    }

    [Fact]
    public void One_probe_passes_and_its_failure_doubles_the_time_up_to_five_minutes()
    {
        var circuit = new DeliveryCircuit(1, _time);
        var open = circuit.Failed(false)!.Value;
        foreach (var seconds in new[] { 20, 40, 80, 160, 300, 300 })
        {
            _time.Advance(open - TimeSpan.FromMilliseconds(1));
            Assert.False(circuit.TryEnter(out _));
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal(CircuitState.HalfOpen, circuit.State);
            Assert.True(circuit.TryEnter(out var probe));
            Assert.True(probe);
            Assert.False(circuit.TryEnter(out _));
            open = circuit.Failed(true)!.Value;
            Assert.Equal(TimeSpan.FromSeconds(seconds), open);
        }
    }

    [Fact]
    public async Task Success_of_the_probe_lets_all_who_wait_pass()
    {
        var circuit = new DeliveryCircuit(1, _time);
        circuit.Failed(false);
        Task[] waiting = [circuit.WaitAsync(TestContext.Current.CancellationToken), circuit.WaitAsync(TestContext.Current.CancellationToken)];
        _time.Advance(TimeSpan.FromSeconds(10));
        await Task.WhenAll(waiting);
        Assert.True(circuit.TryEnter(out _));
        var other = circuit.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(other.IsCompleted);

        Assert.True(circuit.Succeeded());

        await other;
        Assert.True(circuit.TryEnter(out var probe));
        Assert.False(probe);
    }

    [Fact]
    public void Probe_that_says_nothing_is_followed_by_another()
    {
        var circuit = new DeliveryCircuit(1, _time);
        circuit.Failed(false);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(circuit.TryEnter(out _));
        circuit.Unknown(true);
        Assert.True(circuit.TryEnter(out var probe));
        Assert.True(probe);
    }

    [Fact]
    public async Task Place_goes_to_the_next_when_it_is_left_or_was_not_used()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var gate = new DeliveryGate(concurrency: 1, circuitFailures: 1, rate: 0.1, _time);
        gate.Switch.Set(null);
        var first = await gate.EnterAsync(cancellationToken);
        using var hurried = new CancellationTokenSource();
        var second = gate.EnterAsync(hurried.Token);
        var third = gate.EnterAsync(cancellationToken);

        first.Dispose();
        // It has the place, waits for the rate, and gives up
        await hurried.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        // The third one's turn begins when it has the place
        await Eventually.ReadAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(third.IsCompleted);
            },
            passed => passed);

        using var passage = await third;
        Assert.False(gate.EnterAsync(cancellationToken).IsCompleted);
    }

    [Fact]
    public async Task Passage_that_nobody_speaks_of_lets_another_one_try()
    {
        var gate = new DeliveryGate(concurrency: 2, circuitFailures: 1, rate: null, _time);
        gate.Switch.Set(null);
        using (var passage = await gate.EnterAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal(TimeSpan.FromSeconds(10), passage.Failed());
        }

        _time.Advance(TimeSpan.FromSeconds(10));
        var probe = await gate.EnterAsync(TestContext.Current.CancellationToken);
        var waiting = gate.EnterAsync(TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        probe.Dispose();

        using var next = await waiting.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.True(next.Succeeded());
        Assert.Equal(CircuitState.Closed, gate.Circuit.State);
    }

    [Fact]
    public void Rate_spaces_deliveries_out()
    {
        var gate = new RateGate(2, _time);
        Task[] turns = [.. Enumerable.Range(0, 5).Select(_ => gate.WaitAsync(TestContext.Current.CancellationToken))];
        foreach (var passed in new[] { 1, 2, 3, 4, 5 })
        {
            Assert.Equal(passed, turns.Count(turn => turn.IsCompleted));
            _time.Advance(TimeSpan.FromMilliseconds(500));
        }

        // A pause is not made up for
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(gate.WaitAsync(TestContext.Current.CancellationToken).IsCompleted);
        Assert.False(gate.WaitAsync(TestContext.Current.CancellationToken).IsCompleted);
    }

    [Fact]
    public void High_rate_catches_up_with_a_tenth_of_a_second_at_most()
    {
        var gate = new RateGate(1_000, _time);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(101, Enumerable.Range(0, 500).Count(_ => gate.WaitAsync(TestContext.Current.CancellationToken).IsCompleted));
    }

    [Fact]
    public void No_rate_is_no_wait()
    {
        var gate = new RateGate(null, _time);
        Assert.All(Enumerable.Range(0, 1_000), _ => Assert.True(gate.WaitAsync(TestContext.Current.CancellationToken).IsCompleted));
    }

    [Fact]
    public void Delay_is_the_schedules_with_a_tenth_of_jitter_or_what_the_receiver_asks_for()
    {
        var minute = TimeSpan.FromMinutes(1);
        Assert.Equal(TimeSpan.FromSeconds(54), RetryDelay.After(minute, null, 0));
        Assert.Equal(TimeSpan.FromSeconds(66), RetryDelay.After(minute, null, 1));
        Assert.Equal(TimeSpan.FromHours(2), RetryDelay.After(minute, TimeSpan.FromHours(2), 0.5));
        Assert.Equal(minute, RetryDelay.After(minute, TimeSpan.FromSeconds(1), 0.5));
        Assert.Equal(minute, RetryDelay.After(minute, TimeSpan.FromSeconds(-1), 0.5));
        Assert.Equal(TimeSpan.FromHours(24), RetryDelay.After(minute, TimeSpan.FromDays(365), 0.5));
    }
}
