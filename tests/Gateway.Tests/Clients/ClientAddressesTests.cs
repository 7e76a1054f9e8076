using System.Net;
using CsCheck;
using ProdReady.Gateway.Clients;

namespace ProdReady.Gateway.Tests.Clients;

public sealed class ClientAddressesTests
{
    private static readonly Gen<byte[]> Address6 = Gen.Byte.Array[16];
    private static readonly ClientAddresses Addresses = new(new());

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("fe80::1%3", "fe80::/64")]
    [InlineData("::1", "::/64")]
    public void An_address_is_an_IPv4_address_or_an_IPv6_prefix(string address, string partition) =>
        Assert.Equal(partition, Addresses.PartitionOf(IPAddress.Parse(address)));

    /// <summary>A denial that is written so would deny nobody.</summary>
    [Theory]
    [InlineData("::ffff:192.0.2.0/120", "192.0.2.7", false)]
    [InlineData("::ffff:192.0.2.0/120", "::ffff:192.0.2.7", false)]
    [InlineData("::ffff:192.0.2.0/120", "192.0.3.7", true)]
    [InlineData("2000::/3", "::ffff:8.8.8.8", true)]
    [InlineData("2600:1f00::/36", "::ffff:8.8.8.8", true)]
    public void Mapped_addresses_and_networks_are_those_of_IPv4(string denied, string address, bool mayCall) =>
        Assert.Equal(mayCall, new ClientAddresses(new() { Deny = [denied] }).MayCall(IPAddress.Parse(address)));

    [Fact]
    public void A_connection_without_an_address_is_local() => Assert.Equal("local", Addresses.PartitionOf(null));

    [Fact]
    public void IPv6_addresses_share_a_partition_if_and_only_if_they_share_the_first_64_bits() => Gen
        .Select(Address6, Address6, Gen.Bool)
        .Where((left, _, _) => !new IPAddress(left).IsIPv4MappedToIPv6)
        .Sample((left, right, same) =>
        {
            if (same)
            {
                left.AsSpan(0, 8).CopyTo(right);
            }

            return new IPAddress(right).IsIPv4MappedToIPv6
                || (Addresses.PartitionOf(new(left)) == Addresses.PartitionOf(new(right)))
                    == left.AsSpan(0, 8).SequenceEqual(right.AsSpan(0, 8));
        });

    [Fact]
    public void A_mapped_IPv4_address_is_that_IPv4_address() => Gen.Byte.Array[4].Sample(bytes =>
    {
        var address = new IPAddress(bytes);
        return Addresses.PartitionOf(address) == Addresses.PartitionOf(address.MapToIPv6());
    });

    [Theory]
    [InlineData(56, "2001:db8:1:ff00::/56")]
    [InlineData(60, "2001:db8:1:fff0::/60")]
    [InlineData(128, "2001:db8:1:ffff::1/128")]
    public void The_prefix_is_as_long_as_configured(int length, string partition) => Assert.Equal(
        partition, new ClientAddresses(new() { Ipv6PrefixLength = length }).PartitionOf(IPAddress.Parse("2001:db8:1:ffff::1")));

    [Theory]
    [InlineData("192.0.2.7", true)]
    [InlineData("::ffff:192.0.2.7", true)]
    [InlineData("192.0.2.66", false)]
    [InlineData("198.51.100.1", false)]
    [InlineData("2001:db8::1", true)]
    public void Only_allowed_networks_may_call_and_no_denied_one(string address, bool may) => Assert.Equal(
        may,
        new ClientAddresses(new() { Allow = ["192.0.2.0/24", "2001:db8::/32"], Deny = ["192.0.2.66"] }).MayCall(IPAddress.Parse(address)));
}
