using System.Net;
using CsCheck;
using ProdReady.Gateway.RateLimiting;

namespace ProdReady.Gateway.Tests.RateLimiting;

public sealed class ClientAddressTests
{
    private static readonly Gen<byte[]> Address6 = Gen.Byte.Array[16];

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("fe80::1%3", "fe80::/64")]
    [InlineData("::1", "::/64")]
    public void An_address_is_an_IPv4_address_or_an_IPv6_prefix(string address, string partition) =>
        Assert.Equal(partition, ClientAddress.Partition(IPAddress.Parse(address)));

    [Fact]
    public void A_connection_without_an_address_is_local() => Assert.Equal("local", ClientAddress.Partition(null));

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
                || (ClientAddress.Partition(new(left)) == ClientAddress.Partition(new(right)))
                    == left.AsSpan(0, 8).SequenceEqual(right.AsSpan(0, 8));
        });

    [Fact]
    public void A_mapped_IPv4_address_is_that_IPv4_address() => Gen.Byte.Array[4].Sample(bytes =>
    {
        var address = new IPAddress(bytes);
        return ClientAddress.Partition(address) == ClientAddress.Partition(address.MapToIPv6());
    });
}
