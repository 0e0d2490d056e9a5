using System.Text;
using CsCheck;
using Votes.Ingest.Messages;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class TextCacheTests
{
    [Fact]
    public void Small_cache_gives_the_right_text_however_many_there_are() =>
        Gen.String[Gen.Char['a', 'c'], 0, 12].Array[1, 200].Sample(texts =>
        {
            var cache = new TextCache(8);
            foreach (var text in texts)
            {
                Assert.Equal(text, cache.Get(Encoding.UTF8.GetBytes(text)));
            }
        });

    [Fact]
    public void Text_that_is_known_is_the_same_object()
    {
        var cache = new TextCache(1);
        Assert.Same(cache.Get("law-1"u8), cache.Get("law-1"u8));
    }
}
