using CsCheck;
using Votes.LoadTest.Planning;
using Xunit;

namespace Votes.Tests.LoadTest;

public sealed class PermutationTests
{
    [Fact]
    public void Every_number_is_hit_once() =>
        Gen.Select(Gen.Int[1, 2_000], Gen.ULong).Sample((count, key) =>
        {
            var permutation = new Permutation(count, key);
            var hit = Enumerable.Range(0, count).Select(n => permutation.Forward(n)).Order();
            Assert.Equal(Enumerable.Range(0, count).Select(n => (long)n), hit);
        });

    [Fact]
    public void Backward_undoes_forward() =>
        Gen.Select(Gen.Long[1, 1L << 40], Gen.Double.Unit, Gen.ULong).Sample((count, part, key) =>
        {
            var permutation = new Permutation(count, key);
            var number = Math.Min(count - 1, (long)(part * count));
            Assert.Equal(number, permutation.Backward(permutation.Forward(number)));
        });
}
