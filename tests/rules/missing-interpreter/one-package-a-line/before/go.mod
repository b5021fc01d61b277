module tide
