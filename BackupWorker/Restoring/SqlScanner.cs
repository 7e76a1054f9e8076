using System.Text;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>
/// Finds where statements end, character by character. A semicolon, a line's end or what looks like a comment may be part of a name, a text
/// or a function: what a user of the old database wrote there must not be taken for a statement.
/// </summary>
internal sealed class SqlScanner
{
    private readonly StringBuilder _sql = new();
    private readonly StringBuilder _comment = new();
    private State _state;
    private bool _hasEscapes;
    private bool _skips;
    private int _dollar = -1;
    private string _tag = "";
    private int _body;

    private enum State
    {
        Between,
        Comment,
        Command,
        Statement,
        Text,
        Name,
        Dollars,
    }

    /// <summary>Takes the next character.</summary>
    /// <returns>The statement that it ends.</returns>
    public SqlStatement? Push(char next)
    {
        switch (_state)
        {
            case State.Between:
                Begin(next);
                return null;
            case State.Comment:
                _comment.Append(next);
                _state = next == '\n' ? State.Between : State.Comment;
                return null;
            case State.Command:
                _state = next == '\n' ? State.Between : State.Command;
                return null;
            case State.Statement when next == ';':
                return End();
            default:
                _sql.Append(next);
                _state = After(next);
                return null;
        }
    }

    /// <summary>Ends what was begun.</summary>
    public SqlStatement? End()
    {
        var statement = _sql.Length == 0 ? null : new SqlStatement(_sql.ToString(), _comment.ToString());
        _sql.Clear();
        _comment.Clear();
        _state = State.Between;
        _dollar = -1;
        return statement;
    }

    private void Begin(char next)
    {
        if (char.IsWhiteSpace(next) || next == ';')
        {
            return;
        }

        // No statement begins with either
        if (next is '\\' or '-')
        {
            _state = next == '-' ? State.Comment : State.Command;
            _comment.Append(next == '-' ? "-" : "");
            return;
        }

        _sql.Append(next);
        _state = After(next, State.Statement);
    }

    private State After(char next) => After(next, _state);

    private State After(char next, State state) => state switch
    {
        State.Text => AfterInText(next),
        State.Name => next == '"' ? State.Statement : State.Name,
        State.Dollars => next == '$' && _sql.Length - _tag.Length >= _body && EndsWithTag() ? State.Statement : State.Dollars,
        _ => AfterInStatement(next),
    };

    private State AfterInStatement(char next)
    {
        switch (next)
        {
            case '"':
                return State.Name;
            case '\'':
                // A doubled quote ends a text and begins it again
                _hasEscapes = Before(1) == '\'' ? _hasEscapes : Before(1) is 'E' or 'e' && !IsOfWord(Before(2));
                return State.Text;
            case '$' when _dollar >= 0:
                (_tag, _body, _dollar) = (_sql.ToString(_dollar, _sql.Length - _dollar), _sql.Length, -1);
                return State.Dollars;
            case '$':
                _dollar = IsOfWord(Before(1)) ? -1 : _sql.Length - 1;
                return State.Statement;
            default:
                // $1 is a parameter
                _dollar = _dollar >= 0 && IsOfWord(next) && !(char.IsAsciiDigit(next) && Before(1) == '$') ? _dollar : -1;
                return State.Statement;
        }
    }

    private State AfterInText(char next)
    {
        if (_skips)
        {
            _skips = false;
            return State.Text;
        }

        _skips = _hasEscapes && next == '\\';
        return next == '\'' ? State.Statement : State.Text;
    }

    private bool EndsWithTag() => _sql.ToString(_sql.Length - _tag.Length, _tag.Length) == _tag;

    /// <summary>What stands so many characters before the last one.</summary>
    private char Before(int characters) => _sql.Length > characters ? _sql[_sql.Length - 1 - characters] : ' ';

    private static bool IsOfWord(char character) => char.IsLetterOrDigit(character) || character == '_';
}
